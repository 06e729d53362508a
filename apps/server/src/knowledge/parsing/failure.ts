/** Why a file is not read, in words for the person who sent it. Crosses the pipe to the server, which makes an `AppError` of it. */
export type FailureCode = 'UNSUPPORTED_MEDIA' | 'UNREADABLE' | 'TOO_LARGE';

export class ParseFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = 'ParseFailure';
    this.code = code;
  }
}

export const unreadable = (message: string): ParseFailure => new ParseFailure('UNREADABLE', message);
export const unsupported = (message: string): ParseFailure => new ParseFailure('UNSUPPORTED_MEDIA', message);
export const tooLarge = (message: string): ParseFailure => new ParseFailure('TOO_LARGE', message);
