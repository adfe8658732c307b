/** Scanners: one that types like a keyboard, and the camera where the browser reads barcodes. */
import { useEffect, useRef } from 'react';

/** Scanners type faster than people: a pause longer than this begins a new code. */
const TYPED_WITHIN_MS = 60;
const CODE = /^\d{8,14}$/;

/** Hears codes that are typed with Enter behind them, wherever the focus is but in a field. */
export function useWedgeScanner(onCode: (code: string) => void): void {
  const hear = useRef(onCode);
  hear.current = onCode;
  useEffect(() => {
    let typed = '';
    let lastMs = 0;
    const key = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const isQuick = event.timeStamp - lastMs < TYPED_WITHIN_MS;
      lastMs = event.timeStamp;
      if (/^\d$/.test(event.key)) typed = isQuick ? typed + event.key : event.key;
      else if (event.key === 'Enter' && CODE.test(typed)) {
        event.preventDefault();
        hear.current(typed);
        typed = '';
      } else typed = '';
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: readonly string[] }) => Detector;

const detectorClass = () => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

export const hasCamera = () => detectorClass() !== undefined && navigator.mediaDevices !== undefined;

/** Looks through the camera until a code is read or the signal says to stop. @throws where it may not look */
export async function scanWithCamera(
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<string | undefined> {
  const Made = detectorClass();
  if (Made === undefined) return undefined;
  const detector = new Made({ formats: ['ean_13', 'ean_8', 'upc_a'] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const [found] = await detector.detect(video);
      if (found !== undefined) return found.rawValue;
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
