const retryMs = 3_000;

/** Asks again until the code could be fetched: a part that comes later must not take the page with it while the server is away. */
export async function untilLoaded<Module>(load: () => Promise<Module>): Promise<Module> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
