import { pino, type DestinationStream, type Logger } from 'pino';
import type { PipelineLog } from './operations/index.ts';

interface LogOptions {
  level: string;
  /** Hears every line that names a meeting; null unless the level is debug. */
  pipelineLog: PipelineLog | null;
  /** Standard error, where none is given. */
  destination?: DestinationStream;
}

/** The log of the server: JSON lines of IDs and counts, never of speech or names. */
export function createLog({ level, pipelineLog, destination = pino.destination(2) }: LogOptions): Logger {
  if (!pipelineLog) return pino({ level }, destination);
  return pino(
    {
      level,
      hooks: {
        logMethod(args, method) {
          const [fields, message] = args as unknown[];
          if (hasMeeting(fields)) pipelineLog.note(fields.meetingId, fields, String(message));
          method.apply(this, args);
        },
      },
    },
    destination,
  );
}

function hasMeeting(fields: unknown): fields is { meetingId: string } & Record<string, unknown> {
  return typeof fields === 'object' && fields !== null && 'meetingId' in fields && typeof fields.meetingId === 'string';
}
