import { Link } from 'wouter';
import type { SearchHit } from '@hansard/protocol';
import { clock } from '../format/time.ts';
import { Marked } from './marked.tsx';
import classes from './meeting-list.module.css';

interface Props {
  meetingId: string;
  hits: readonly SearchHit[];
}

/** The lines in which the searched words stand; each opens the meeting there. */
export function SearchHits({ meetingId, hits }: Props) {
  return (
    <ul className={classes.hits}>
      {hits.map((hit) => (
        <li key={hit.segmentId}>
          <Link href={`/m/${meetingId}?line=${hit.segmentId}`} className={classes.hit}>
            <time className={classes.hitTime}>{clock(hit.startMs)}</time>
            <span className={classes.hitText}>
              {hit.speaker !== null && <strong>{hit.speaker}: </strong>}
              <Marked text={hit.text} marks={hit.marks} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
