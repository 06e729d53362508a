import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import classes from './minutes.module.css';

export interface SourceLinks {
  /** When a line begins; undefined where it is not (or not any more) in the transcript. */
  startOf: (segmentId: string) => number | undefined;
  open: (segmentId: string) => void;
}

/** An item made from many lines names the first few. */
const maxShown = 3;

/** The lines that an item of the minutes was made from. */
export function Sources({ ids, links }: { ids: readonly string[]; links: SourceLinks }) {
  const known = ids.flatMap((id) => {
    const startMs = links.startOf(id);
    return startMs === undefined ? [] : [{ id, at: clock(startMs) }];
  });
  if (known.length === 0) return null;
  return (
    <span className={classes.sources}>
      {known.slice(0, maxShown).map(({ id, at }) => (
        <button key={id} type="button" aria-label={strings.minutes.source(at)} onClick={() => links.open(id)}>
          {at}
        </button>
      ))}
      {known.length > maxShown && <span>{strings.minutes.moreSources(known.length - maxShown)}</span>}
    </span>
  );
}
