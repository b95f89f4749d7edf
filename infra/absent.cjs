/** In place of a package that a bundle would carry and never use, see `bundling.ts`. */
module.exports = class Absent {};
