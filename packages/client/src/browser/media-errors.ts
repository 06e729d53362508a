import { ClientError } from '../client-error.ts';

/** What a browser says when it gives no microphone or tab, in words that help. */
export function toMediaError(error: unknown, wanted: 'microphone' | 'tab'): ClientError {
  if (error instanceof ClientError) return error;
  const name = error instanceof DOMException ? error.name : '';
  const thing = wanted === 'microphone' ? 'the microphone' : 'a tab';
  switch (name) {
    case 'NotAllowedError':
      return wanted === 'tab'
        ? new ClientError('CANCELLED', 'Nothing was shared. Choose a tab, and tick “Also share tab audio”.', error)
        : new ClientError(
            'PERMISSION_DENIED',
            'This page may not use the microphone. Allow it in the browser’s address bar, then try again.',
            error,
          );
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new ClientError('NO_DEVICE', 'No such microphone was found. Plug one in, or choose another.', error);
    case 'NotReadableError':
    case 'AbortError':
      return new ClientError('DEVICE_BUSY', `Another program uses ${thing}. Close it, then try again.`, error);
    case 'SecurityError':
      return new ClientError(
        'UNSUPPORTED_BROWSER',
        'Recording works on secure pages only: https, or this computer.',
        error,
      );
    default:
      return new ClientError('RECORDER_FAILED', `The browser could not open ${thing}.`, error);
  }
}
