import type { ComponentProps } from 'react';
import classes from './icon-button.module.css';

interface Props extends ComponentProps<'button'> {
  /** Said by assistive technology: an icon has no words. */
  label: string;
  look?: 'plain' | 'outlined' | 'filled';
}

/** A plain element: hundreds of these are on a page. */
export function IconButton({ label, look = 'plain', className = '', ...button }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      data-look={look}
      className={`${classes.button} ${className}`}
      {...button}
    />
  );
}
