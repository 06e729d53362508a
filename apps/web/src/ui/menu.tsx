import { useId, useRef, type ReactNode } from 'react';
import { MoreIcon } from './icons.tsx';
import { IconButton } from './icon-button.tsx';
import classes from './menu.module.css';

interface Props {
  label: string;
  children: ReactNode;
}

const gapPx = 6;

/**
 * A button with a list of actions and links in a popover. The browser closes it on Escape and on a click elsewhere; a
 * click on an item closes it too. It is a list and no ARIA menu: Tab moves through it, as in the rest of the page.
 */
export function Menu({ label, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);

  function place() {
    const edge = button.current?.getBoundingClientRect();
    if (!edge || !popover.current) return;
    popover.current.style.top = `${edge.bottom + gapPx}px`;
    popover.current.style.right = `${document.documentElement.clientWidth - edge.right}px`;
    popover.current.style.maxHeight = `${innerHeight - edge.bottom - 2 * gapPx}px`;
  }

  return (
    <>
      <IconButton ref={button} look="outlined" label={label} popoverTarget={id} onClick={place}>
        <MoreIcon />
      </IconButton>
      <div
        ref={popover}
        id={id}
        popover="auto"
        role="group"
        aria-label={label}
        className={classes.menu}
        onClick={() => popover.current?.hidePopover()}
      >
        {children}
      </div>
    </>
  );
}

interface ItemProps {
  children: ReactNode;
  onClick: () => void;
  danger?: boolean;
}

export function MenuItem({ children, onClick, danger }: ItemProps) {
  return (
    <button type="button" className={classes.item} data-danger={danger || undefined} onClick={onClick}>
      {children}
    </button>
  );
}

export function MenuDownload({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} download className={classes.item}>
      {children}
    </a>
  );
}

export function MenuSection({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <div className={classes.section}>
      {title !== undefined && <p className={classes.title}>{title}</p>}
      {children}
    </div>
  );
}
