import { useEffect, useSyncExternalStore } from 'react';
import { Button } from '@mantine/core';
import { strings } from '../strings.ts';
import { toastStore, type Toast } from './toast-store.ts';
import { IconButton } from './icon-button.tsx';
import { CloseIcon } from './icons.tsx';
import classes from './toasts.module.css';

const shownMs = 8_000;

export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.getSnapshot);
  return (
    <div className={classes.toasts} role="status">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast: { id, text, undo } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => toastStore.dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={classes.toast}>
      <span>{text}</span>
      {undo && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            toastStore.dismiss(id);
            undo();
          }}
        >
          {strings.common.undo}
        </Button>
      )}
      <IconButton label={strings.common.dismiss} onClick={() => toastStore.dismiss(id)}>
        <CloseIcon />
      </IconButton>
    </div>
  );
}
