/** The command line or the folder that it names can't be used as they are: its message is all that the user needs. */
export class WrongUseError extends Error {
  override readonly name = 'WrongUseError';
}
