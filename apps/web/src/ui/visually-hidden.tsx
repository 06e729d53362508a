import type { ComponentProps } from 'react';
import classes from './visually-hidden.module.css';

/** Heard, not seen. */
export function VisuallyHidden(props: ComponentProps<'div'>) {
  return <div className={classes.hidden} {...props} />;
}
