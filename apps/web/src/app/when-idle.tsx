import { Suspense, useEffect, useState, type ReactNode } from 'react';

/** Keeps what the first view does not need out of its way. Not every browser has `requestIdleCallback`. */
export function WhenIdle({ children }: { children: ReactNode }) {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), 1_000);
    return () => clearTimeout(timer);
  }, []);
  return idle && <Suspense>{children}</Suspense>;
}
