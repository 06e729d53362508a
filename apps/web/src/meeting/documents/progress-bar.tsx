import { strings } from '../../strings.ts';
import classes from './documents.module.css';

interface Props {
  name: string;
  done: number;
  /** Null where nobody knows. */
  total: number | null;
}

export function ProgressBar({ name, done, total }: Props) {
  const known = total !== null && total > 0;
  return (
    <progress
      className={classes.progress}
      aria-label={strings.documents.progressOf(name)}
      {...(known && { max: total, value: Math.min(done, total) })}
    />
  );
}
