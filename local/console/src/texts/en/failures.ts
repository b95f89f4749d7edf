/** Further sentences of the service, about what is wrong with a request, and what fails. */
export const failures = {
  // Faults of fields.
  fieldMissing: 'Field required',
  tooShort: (least: string) => `String should have at least ${least}`,
  tooLong: (most: string) => `String should have at most ${most}`,
  tooManyItems: (most: string) => `List should have at most ${most} after validation`,
  notValid: 'Input is not valid',
  notText: 'Input should be a valid string',
  textDamaged:
    'Input should be a valid string, but has replacement characters (U+FFFD), which stand for lost ones: send it as UTF-8',
  textNotUnicode: 'Input should be a valid string, unable to parse it as Unicode',
  notMoment: 'Input should be a valid datetime with an offset, such as 2026-05-04T09:30:00Z',
  notWhole: 'Input should be a valid integer',
  notNumber: 'Input should be a valid number, unable to parse string as a number',
  tooSmall: (least: string) => `Input should be greater than or equal to ${least}`,
  tooBig: (most: string) => `Input should be less than or equal to ${most}`,

  // Refusals.
  noErasure: 'Erasure not found',
  noRoute: 'Not Found',
  noToken: 'Not authenticated',
  fault: 'Internal Server Error',
  noPictures: 'No images provided.',
  stillWorkedOn: 'The first request with this Idempotency-Key is still being worked on. Send it again later.',
  answerForgotten:
    'The first request with this Idempotency-Key was answered, but told of an entry or a picture that was deleted since, or of an entry that nobody matches any more. Nothing was done again.',
  sweptAway: 'The entry was swept away before it was complete.',
  notEnrolled:
    "None of the entry's pictures is enrolled for this model yet; the sweep, or npm run reindex, enrolls them.",
  noRoom: 'There was no room left in the answer for this picture: send it again, with fewer others.',
  notKeptForLookBack: 'The faces of this picture could not be kept: no look-back will find them.',
  answerTooLarge: 'The answer is too large for the gateway.',
  eventTooLarge: (most: string) => `The request is too large: as an event it has more than ${most} bytes.`,
  answerOverLimit: (most: string) =>
    `The answer would have more than ${most} bytes, which is all that Lambda passes on: ask for less at once.`,
  originMayNotChange:
    'Web pages of this origin may not change anything here; CORS_ORIGINS names those that may. Behind a proxy, PUBLIC_URL or TRUST_PROXY tells the own one.',

  // Failures on the way.
  requestCutOff: 'The request ended before it was complete.',
  uploadCutOff: 'The upload ended before it was complete.',
  uploadExpired: 'This upload has expired. Ask for a new one.',
  uploadEmpty: 'The picture has no bytes.',
  formTooLarge: (most: string) =>
    `The form is larger than a picture of ${most} bytes, the most that is taken.`,
  bodyUnreadable: 'The body cannot be read as multipart/form-data.',
  notBase64: 'The picture is not valid base64.',
  addressTooLong: (most: string) => `An image's address has at most ${most} characters.`,
  redirectsTooOften: (most: string) => `The URL redirects more than ${most} times.`,
  addressEncoding: 'The URL answered in an encoding that is not read.',

  // Outages.
  databaseDown: 'The database is not available.',
  databaseLocked: 'Another program has locked the database.',
  databaseReplaced: (file: string) =>
    `The database's file ${file} was removed or replaced while the service runs. What is written now would be lost, so nothing is taken. Stop the service, put the file in its place, and start it again.`,
  readOnly: (what: string) =>
    `${what} can't be written: the file system is read-only. It is mounted so, or the system made it so after a failure of the disk.`,
  picturesDown: 'The image folders are not available.',
  uploadsDown: 'The folders of uploads are not available.',
  inboxDown: 'The inbox is not available.',
  bucketDown: 'The bucket of pictures is not available.',
  tableDown: 'The table of the records is not available.',
  manyWrite: 'Too many write the same records.',
  auditDown: 'The audit trail can not be written.',
  engineDown: 'The face engine is down.',
  engineNotStarting: 'The face engine does not start.',
  engineStops: 'The face engine is stopping.',
  engineHangs: (seconds: string) => `The face engine hangs: it has finished nothing for ${seconds} s.`,
  engineFailsTest: 'The face engine fails its own test.',
  engineFailed: 'The face engine failed on this picture.',
  enrolledUnreadable: 'The enrolled faces could not be read.',
  galleryLost:
    'The gallery of faces is missing, so nobody can be recognised; npm run reindex makes it again.',
  rekognitionDown: 'Rekognition cannot be used.',
  rekognitionWaits: 'Too many calls to Rekognition are waiting.',
  rekognitionClosed: 'The connection to Rekognition is closed.',
  rekognitionKeeps: (faces: string, why: string) => `Rekognition keeps ${faces} of the faces: ${why}.`,
  collectionsFewer: (known: string, set: string, again: string, option: string) =>
    `There are faces in ${known} collections, and REKOGNITION_COLLECTIONS is ${set}: set it to ${again} again (-c collections=${option}). With fewer, people would not be found.`,

  // Warnings of the status.
  poorTaken:
    'Reference pictures are taken however poor they are (QUALITY_FILTER=none). A blurred or dark one may not find its person, and may accuse others whose pictures are as poor.',
  modelReplaced: (asked: string, used: string) =>
    `MODEL_NAME asks for ${asked}, which this service does not have: ${used} is used.`,
  similarityHeld: (set: string, used: string) =>
    `AWS_THRESHOLD is ${set}, less than any threshold may be: a similarity of ${used} is used (AWS_MIN_SIMILARITY).`,
  looseModel: (model: string, rate: string) =>
    `With ${model} the usual threshold is a loose one: of comparisons with somebody else's picture ${rate} match, and so innocent people are stopped more often than with Fusion.`,
  receiverLate: (receiver: string, matches: string, time: string) =>
    `${receiver} has not been told of ${matches} matches, the oldest of ${time}.`,
  receiverGivenUp: (receiver: string, matches: string) =>
    `${receiver} was never told of ${matches} matches: it did not take them for three days.`,
  lastAttempt: (why: string) => `The last attempt failed: ${why}`,
  receiverSilent: (seconds: string) => `No answer within ${seconds} seconds.`,
  receiverAnswered: (status: string) => `It answered ${status}.`,
  receiverUnreachable: (why: string) => `It could not be reached: ${why}.`,
  brokerAway: 'The broker is not connected.',
  brokerRefused: (why: string) => `The broker did not take it (${why}).`,

  // Troubles of a camera.
  cameraGone: 'There is no camera of this name.',
  cameraSilent: 'The camera gives no frames now.',
  cameraPaused: 'The camera is paused, and takes no pictures.',
  cameraResting: 'By its schedule the camera takes no pictures now.',
  cameraRefuses: 'It refuses the user or the password.',
  cameraForbids: 'It forbids this user to watch.',
  cameraNoStream: 'It has no such stream: check the path.',
  cameraNobodyListens: 'Nothing listens at that host and port.',
  cameraNoWay: 'There is no way to that host.',
  cameraUnknownHost: 'Its host name is not known.',
  cameraCertificate: 'Its TLS certificate is not trusted, or it speaks no TLS.',
  cameraSlow: 'It does not answer in time.',
  cameraClosed: 'It closed the connection.',
  cameraFormat: 'It is of a format, or names another source, that is not taken.',
  cameraCodec: 'Its codec is not known to this ffmpeg.',
  cameraMemory: 'Its video wants more memory than a camera may take.',
  cameraNoVideo: 'There is no video in it.',
  cameraDamaged: 'It is no video, or a damaged one.',
  cameraMayNotOpen: 'This user may not open it.',
  cameraNoDevice: 'There is no such file or device.',
  cameraUnplugged: 'The device is not plugged in.',
  cameraBusy: 'Another program uses the device.',
  cameraWrongNode: 'It is no camera, or not the node that gives its pictures: try the next number.',
  cameraNoUsb: 'This ffmpeg can read no USB camera: that takes Linux, and a build with v4l2.',
  cameraNoFrame: (seconds: string) => `No frame came for ${seconds} seconds.`,
  cameraNoPicture: (seconds: string) => `No picture has come for ${seconds} seconds.`,
  cameraBroken: 'It is damaged from here on.',
  cameraEnded: 'It ended the stream.',
  cameraOver: 'The recording is over.',
  cameraDecoder: 'The decoder failed.',
  cameraDecoderEmpty: 'The decoder gave no picture.',
  cameraPicturesTooLarge: (width: string, height: string, most: string) =>
    `Its pictures are ${width} x ${height} pixels, and ${most} at most are taken.`,
  cameraFramesTooLarge: (width: string, height: string, most: string) =>
    `Its frames are ${width} x ${height} pixels, and ${most} at most are taken.`,
  cameraWrongAnswer: (type: string) => `It answers with ${type}, and neither with a picture nor with MJPEG.`,
  cameraStatus: (status: string) => `It answers with the status ${status}.`,
  cameraRedirects: 'It redirects again and again.',
  cameraRedirectsAway: 'It redirects to another server: name that one, if it is right.',
  cameraPictureTooLarge: (most: string) => `Its picture has more than ${most} bytes.`,
  cameraPartTooLarge: (most: string) => `A picture of it has more than ${most} bytes.`,
  cameraUnreadableWhy: (why: string) => `It could not be read: ${why}.`,
  cameraUnreadable: 'It could not be read.',
  cameraUnreachable: 'It could not be reached.',
  cameraNoMjpeg: 'It sends no MJPEG stream.',
  cameraUnknownKind: 'Its address is of no known kind.',
  cameraOutside: 'Its address is outside of CAMERA_NETWORKS.',
  cameraNoFramesSince: (name: string, time: string, why: string) =>
    `The camera ${name} gives no frames since ${time}: ${why}`,
  cameraKeepsUnmatched: (name: string) =>
    `The camera ${name} keeps pictures of people who match nobody, for KEEP_UNMATCHED_DAYS.`,
};
