import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { whenIdle } from './when-idle.ts';

/** Between the scripts and the data of the first view the browser is idle too. */
const leastWaitMs = 1_000;

/** Keeps what the first view does not need out of its way. */
export function AfterFirstView({ children }: { children: ReactNode }) {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    let cancel = () => {};
    const timer = setTimeout(() => {
      cancel = whenIdle(() => setSeen(true));
    }, leastWaitMs);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, []);
  return seen && <Suspense>{children}</Suspense>;
}
