import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface Props {
  title: string;
  /** Beside the title. */
  action: ReactNode;
  children: ReactNode;
}

/** What stands beside the transcript, and scrolls by itself. */
export function Panel({ title, action, children }: Props) {
  return (
    <section className={classes.panel} aria-label={title}>
      <div className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}
