export interface PipelineLogOptions {
  /** Of one meeting: older lines go. */
  maxBytes?: number;
  /** Meetings that have one; that of the meeting which was silent longest goes. */
  maxMeetings?: number;
  now?: () => number;
}

export type PipelineLog = ReturnType<typeof createPipelineLog>;

interface Ring {
  lines: string[];
  bytes: number;
}

/** A line of text in V8: its characters, its header, its place in an array. */
const lineOverheadBytes = 32;

/** What happened to each meeting on its way from sound to minutes, line by line: for whoever looks for a fault. */
export function createPipelineLog(options: PipelineLogOptions = {}) {
  const { maxBytes = 50 * 1024, maxMeetings = 100, now = Date.now } = options;
  /** The meeting that something happened to longest ago is first. */
  const rings = new Map<string, Ring>();

  const ringOf = (meetingId: string): Ring => {
    const ring = rings.get(meetingId) ?? { lines: [], bytes: 0 };
    rings.delete(meetingId);
    rings.set(meetingId, ring);
    if (rings.size > maxMeetings) rings.delete(rings.keys().next().value!);
    return ring;
  };

  return {
    get bytes(): number {
      let bytes = 0;
      for (const ring of rings.values()) bytes += ring.bytes;
      return bytes;
    },

    /** Takes a log line that names a meeting; its fields are IDs and counts. */
    note(meetingId: string, fields: Readonly<Record<string, unknown>>, message: string): void {
      const { meetingId: _, err, ...rest } = fields;
      const failure = err instanceof Error ? { error: err.message } : {};
      const line = `${new Date(now()).toISOString()} ${message} ${JSON.stringify({ ...rest, ...failure })}`;
      const ring = ringOf(meetingId);
      ring.lines.push(line);
      ring.bytes += line.length + lineOverheadBytes;
      while (ring.bytes > maxBytes) ring.bytes -= ring.lines.shift()!.length + lineOverheadBytes;
    },

    /** Oldest first. */
    read: (meetingId: string): readonly string[] => rings.get(meetingId)?.lines ?? [],
  };
}
