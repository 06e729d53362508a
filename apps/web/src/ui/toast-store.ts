export interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}

const maxToasts = 3;
let nextId = 1;
let shown: readonly Toast[] = [];
const listeners = new Set<() => void>();

function show(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** What was just done, said once and politely. There is one place on the page for it, hence one list. */
export const toastStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  getSnapshot: () => shown,
  dismiss: (id: number): void => {
    show(shown.filter((toast) => toast.id !== id));
  },
};

export function say(text: string, undo?: () => void): void {
  const toast: Toast = { id: nextId++, text, ...(undo && { undo }) };
  show([...shown, toast].slice(-maxToasts));
}
