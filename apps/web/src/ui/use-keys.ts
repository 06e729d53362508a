import { useEffect, useRef } from 'react';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/**
 * Single-key shortcuts for the whole page, by `KeyboardEvent.key`. They rest while somebody types, a dialog is open or
 * a modifier is held; space and Enter also stay with the control that has the focus.
 */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const act = latest.current[event.key];
      if (!act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      event.preventDefault();
      act(event);
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const fields = 'input, textarea, select, [contenteditable="true"]';
const controls = 'button, a[href], summary, [role="menuitem"], [role="slider"], [role="tab"]';

function isTaken(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof Element)) return false;
  if (document.querySelector('dialog[open]')) return true;
  if (target.closest(fields)) return !target.matches('input[type="radio"]') || key === ' ' || key.startsWith('Arrow');
  return (key === ' ' || key === 'Enter' || key.startsWith('Arrow')) && target.closest(controls) !== null;
}
