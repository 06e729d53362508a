import { connectSocket, type HansardSocket } from '@hansard/client';

let shared: HansardSocket | undefined;

/** The page's one connection, made when first needed: viewers, recorders and uploads share it. */
export function connection(): HansardSocket {
  shared ??= connectSocket();
  return shared;
}
