import { useEffect } from 'react';
import { strings } from '../strings.ts';

/** The tab's title: the page's name, then the product's. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title === strings.product ? title : `${title} · ${strings.product}`;
  }, [title]);
}
