import { startTransition, useEffect, useState, type ComponentType } from 'react';

/**
 * A page whose code is loaded when it is first opened. `lazy` would do but for its price: React keeps a part that was
 * suspended back for 300 ms after it has shown the empty place. Drawn as a transition, in small steps.
 */
export function latePage<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined;

  return function LatePage(props: Props) {
    const [Page, setPage] = useState(() => Loaded);
    useEffect(() => {
      if (Page) return;
      load().then(
        (module) => {
          Loaded = module.default;
          startTransition(() => setPage(() => module.default));
        },
        // Thrown while rendering, it reaches the error boundary.
        (error: unknown) =>
          setPage(() => {
            throw error;
          }),
      );
    }, [Page]);
    return Page && <Page {...props} />;
  };
}
