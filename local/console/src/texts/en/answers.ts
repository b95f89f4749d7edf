/**
 * Sentences of the service in its own words. By these they are known, and told in other languages. A test
 * finds each of them in the service.
 */
export const answers = {
  pictureEmpty: 'The picture is empty.',
  formatNotTaken: 'The picture is not in a format that is taken: JPEG, PNG, WebP or GIF.',
  damaged: 'The picture is damaged or cut off.',
  tooManyPixels: (width: string, height: string) =>
    `The picture is ${width} x ${height} pixels, which is more than 50 megapixels.`,
  sideTooLong: (width: string, height: string, most: string) =>
    `The picture is ${width} x ${height} pixels: a side may have ${most} at most.`,
  tooNarrow: (width: string, height: string, most: string) =>
    `The picture is ${width} x ${height} pixels: one side may be ${most} times as long as the other at most.`,
  tooManyBytes: (most: string) => `The picture is larger than ${most} bytes.`,
  requestTooLarge: (most: string) => `The request is too large: at most ${most} bytes are taken.`,
  engineCannot: 'The face engine can not process this picture.',
  rekognitionCannot: 'Rekognition cannot read the picture.',
  tooLargeForRekognition: 'The picture is too large for Rekognition.',
  originalLost: 'The stored original is lost.',
  noneUsable: 'None of the images can be used.',
  largestEnrolled: (faces: string) => `It shows ${faces} faces; the largest was enrolled.`,
  hadAlready: 'The entry had this picture already.',
  beingAdded: 'The same picture is being added at this moment.',
  takenBack: 'Another request took the same pictures back: try again.',
  othersChange: 'Others are changing or merging one of the entries. Nothing is lost: send the request again.',
  looksUnlike: (similarity: string) =>
    `It looks like none of the person's other pictures (similarity ${similarity}).`,
  deleteIfOther: 'Delete it if it shows somebody else.',

  addressWrong: 'The URL is not a valid one.',
  addressScheme: 'Only http and https URLs are read.',
  addressWithUser: 'URLs with a user name or a password are not read.',
  addressNotPublic: 'The URL does not lead to a public address.',
  addressNotAllowed: (ports: string) =>
    `The URL leads neither into URL_NETWORKS nor to port ${ports} of a public address.`,
  addressPorts: (ports: string) => `URLs are read from the ports ${ports} only.`,
  addressNoPicture: 'The URL did not answer with a picture.',
  addressUnreadable: 'The URL could not be read.',
  addressSlow: (seconds: string) => `The URL did not give its picture within ${seconds} seconds.`,

  noTime: 'There was no time left for this picture: send it again, with fewer others.',
  noTimeForPictures: 'There was no time left for the pictures.',
  busy: 'The service is busy with other requests. Try again.',
  stops: 'The service stops: send it again.',
  tooSlow: 'The body came too slowly while other requests waited. Try again.',
  diskFull: 'The disk is full: nothing more can be kept until something is deleted or the disk is enlarged.',
  rekognitionBusy: 'Rekognition is being asked too much.',
  rekognitionSilent: 'Rekognition does not answer.',
  wrongTokens: 'Too many wrong tokens came from this address.',
  roleTooLow: (role: string, name: string, own: string) =>
    `This wants the role ${role} or a higher one; '${name}' has the role ${own}.`,
  adminOnly: (name: string, own: string) => `This wants the role admin; '${name}' has the role ${own}.`,
  nobodyThere: 'Blacklist entry not found',
  noSuchImage: 'Reference image not found',
  noSuchPicture: 'Processed image not found',
  nameTaken: (name: string) => `Blacklist entry with name '${name}' already exists.`,
  lastImage:
    "This is the entry's last reference image: delete the entry instead, or add another image first.",

  sameName: (id: string, name: string) =>
    `Entry ${id} has the same name but for case and accents: '${name}'.`,
  suspended: 'The entry is suspended: nobody matches it.',
  expired: (time: string) => `The entry expired at ${time}: nobody matches it.`,
  expiredIsDeleted:
    'It is deleted some days after its end, its listing or its last change, whichever came last.',
  auditDryRun: 'dry run',
  auditDryRunOf: (ids: string) => `dry run: ${ids} found`,
  auditNoneDeleted: (ids: string) => `${ids} found, 0 deleted`,
  auditReplayed: 'replayed',
  auditReplayedOf: (ids: string) => `replayed: ${ids}`,
  auditDeleted: (ids: string) => `deleted: ${ids}`,
  auditChanged: (fields: string) => `changed: ${fields}`,
  auditPaused: 'paused',
  auditResumed: 'resumed',
  auditInto: (id: string) => `into entry ${id}`,
  auditFrom: (id: string) => `from entry ${id}`,
  thresholdUsed: (asked: string, used: string, why: string) =>
    `A threshold of ${asked} was asked for, ${used} was used: ${why}.`,
  bestOnly: (most: string, left: string) =>
    `The answer has only the best ${most} of each face's matches, because it would be too large: ${left} are left out.`,

  notWorking: (why: string) => `The service does not work as it should: ${why}`,
  diskLow: (folder: string, megabytes: string) =>
    `The disk that ${folder} is on is nearly full: ${megabytes} MB are left. Nothing more can be kept once it is full. Delete what is not needed, or give it more room.`,
  openToNetwork:
    'Nobody is asked for a token: whoever reaches this service over the network can see the list and the pictures, and change them. Something in front of it must keep strangers out; or set API_TOKENS.',
  openToComputer:
    'Nobody is asked for a token: every program and every person who uses this computer can see the list and the pictures, and change them. Set API_TOKENS to change that.',
  thresholdLooser: (used: string, usual: string) =>
    `The threshold is looser than the default (${used}, not ${usual}): more innocent people are stopped.`,
  thresholdStricter: (used: string, usual: string) =>
    `The threshold is stricter than the default (${used}, not ${usual}): more of those who are listed are missed.`,
  thresholdRates: (used: string, usual: string) =>
    `Of comparisons with somebody else's picture ${used} match; by default ${usual}.`,
  thresholdHeld: (model: string, set: string, used: string, rate: string) =>
    `The threshold of ${model} is ${set}, looser than any may be: ${used} is used, with which ${rate} comparisons with somebody else's picture match (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures: string, strangers: string) =>
    `So many pictures are listed (${pictures}) that, by the threshold in use, about ${strangers} of 100 strangers will look like somebody on the list. A stricter threshold makes it fewer.`,
  accusing: (entry: string, judged: string, days: string, rejected: string) =>
    `The pictures of entry ${entry} accuse strangers: of ${judged} matches of the last ${days} days that people have judged, ${rejected} were rejected. Look at its reference pictures, and remove what is poor or shows somebody else.`,
  notRecognised: (missing: string, all: string) =>
    `${missing} of the ${all} reference pictures can't be recognised yet, for the model has changed or something was broken off. The service mends that by itself within about an hour; npm run sweep does it at once.`,
};

/** Parts of such sentences. */
export const answerParts = {
  both: (one: string, other: string) => `${one}; and ${other}`,
  withModel: (model: string, metric: string, why: string) => `with ${model} (${metric}) ${why}`,
  looserThanRate: (rate: string) =>
    `a looser one would make a false match likelier than 1 in ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least: string) =>
    `a looser one would take faces for the same whose similarity is below ${least} (AWS_MIN_SIMILARITY)`,
  replaced: (
    model: string,
    own: string,
    standard: string,
    sameModel: string,
    other: string,
    metric: string,
  ) =>
    `${model} is replaced by ${own}, whose standard threshold is ${standard} where that of ${sameModel} is ${other} (${metric})`,
  oneIn: (comparisons: string) => `1 in ${comparisons}`,
  moreThanPercent: 'more than 1 in 100',
  fewerThanMillion: 'fewer than 1 in 1,000,000',
  twoPorts: '80 and 443',
  eitherPort: '80 or 443',
  characters: (count: string) => `${count} characters`,
  oneCharacter: '1 character',
  items: (count: string) => `${count} items`,
  theDatabase: 'The database',
  thePictures: 'Pictures',
  theUploads: 'Uploads',
};
