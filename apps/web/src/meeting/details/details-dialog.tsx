import type { MeetingDetail, Track } from '@hansard/protocol';
import { bytes } from '../../format/bytes.ts';
import { clock, duration } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { LedgerBars } from './ledger-bars.tsx';
import { PipelineLog } from './pipeline-log.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import classes from './details.module.css';

interface Props {
  meeting: MeetingDetail;
  onClose: () => void;
}

/** What was recorded against what is here, drawn plainly. */
export function DetailsDialog({ meeting: { id, ledger, tracks }, onClose }: Props) {
  return (
    <Dialog title={strings.details.title} onClose={onClose}>
      <LedgerBars ledger={ledger} />
      <h3 className={classes.heading}>{strings.details.gaps}</h3>
      {ledger.gaps.length === 0 ? (
        <p>{strings.details.noGaps}</p>
      ) : (
        <ul className={classes.list}>
          {ledger.gaps.map(({ trackId, startMs, endMs, reason }) => (
            <li key={`${trackId}-${startMs}`}>
              <time>
                {clock(startMs)}–{clock(endMs)}
              </time>{' '}
              {strings.transcript.gap[reason](duration(endMs - startMs))}
            </li>
          ))}
        </ul>
      )}
      <h3 className={classes.heading}>{strings.details.tracks}</h3>
      {tracks.length === 0 ? (
        <p>{strings.details.noTracks}</p>
      ) : (
        <ul className={classes.list}>
          {tracks.map((track) => (
            <TrackItem key={track.id} track={track} />
          ))}
        </ul>
      )}
      <PipelineLog meetingId={id} />
    </Dialog>
  );
}

function TrackItem({
  track: { kind, participant, offsetMs, durableMs, durable, state, continues, mimeType },
}: {
  track: Track;
}) {
  return (
    <li>
      <strong>{strings.details.kinds[kind]}</strong>
      {participant !== null && `, ${participant}`}: {strings.details.track(clock(offsetMs), duration(durableMs))}
      {kind !== 'captions' && `, ${bytes(durable)}, ${mimeType}`}
      {state === 'open' && `, ${strings.details.open}`}
      {continues !== null && `, ${strings.details.continues}`}
    </li>
  );
}
