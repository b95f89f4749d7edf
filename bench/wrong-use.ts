/** An error in the command line or in the folder that it names. Its message is all that the user needs. */
export class WrongUseError extends Error {
  override readonly name = 'WrongUseError';
}
