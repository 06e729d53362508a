import { useEffect, useRef } from 'react';
import { useSearchParams } from 'wouter';
import type { Row } from './rows.ts';

/** Shows the line that the address asks for (`?line=`), once, as soon as it is there. */
export function useAskedLine(rows: readonly Row[], showLine: (segmentId: string) => void): void {
  const [params] = useSearchParams();
  const asked = params.get('line');
  const shown = useRef<string>(null);
  useEffect(() => {
    if (asked === null || shown.current === asked || !rows.some(({ key }) => key === asked)) return;
    shown.current = asked;
    showLine(asked);
  });
}
