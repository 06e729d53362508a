import type { ReactNode } from 'react';
import classes from './operations.module.css';

interface Props {
  title?: string;
  /** Said beside the title. */
  hint?: string;
  /** Stands at the title's other end. */
  control?: ReactNode;
  children: ReactNode;
}

export function Card({ title, hint, control, children }: Props) {
  return (
    <section className={classes.card}>
      {title !== undefined && (
        <div className={classes.head}>
          <h2>{title}</h2>
          {hint !== undefined && <p className={classes.hint}>{hint}</p>}
          {control}
        </div>
      )}
      {children}
    </section>
  );
}
