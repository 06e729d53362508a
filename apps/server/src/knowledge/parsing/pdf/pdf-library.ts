import type { getDocumentProxy as GetDocumentProxy } from 'unpdf';

export type PDFDocumentProxy = Awaited<ReturnType<typeof GetDocumentProxy>>;

/** pdf.js with all that text does not need turned off: fonts of the system, pictures, WebAssembly and whatever it would fetch. */
export async function openPdf(file: Buffer): Promise<PDFDocumentProxy> {
  const { getDocumentProxy } = await import('unpdf');
  return getDocumentProxy(new Uint8Array(file), {
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    useWorkerFetch: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    enableXfa: false,
    stopAtErrors: false,
  });
}
