import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface HeadProps {
  title: string;
  heading?: 'h1' | 'h2';
  /** Beside the title. */
  action: ReactNode;
}

/** What stands beside the transcript, and scrolls by itself. */
export function Panel({ children, ...head }: HeadProps & { children: ReactNode }) {
  return (
    <section className={classes.panel} aria-label={head.title}>
      <PanelHead {...head} />
      {children}
    </section>
  );
}

/** For a panel of which only a part scrolls. */
export function PanelHead({ title, heading: Heading = 'h2', action }: HeadProps) {
  return (
    <div className={classes.head}>
      <Heading className={classes.title}>{title}</Heading>
      {action}
    </div>
  );
}
