/** A chunk of its own: it is needed only by those who record. */
export { createRecorder } from '@hansard/client';
