// The microphone and the camera of the viewer, as files.

import { t } from '../../lib/i18n/index.svelte';

/** Why a page may not use them: browsers allow it on this machine and over HTTPS alone. */
function devices(): MediaDevices {
  const found = navigator.mediaDevices as MediaDevices | undefined;
  if (!found?.getUserMedia) throw new Error(t('playground.insecure'));
  return found;
}

async function opened(wanted: MediaStreamConstraints): Promise<MediaStream> {
  try {
    return await devices().getUserMedia(wanted);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'NotAllowedError') throw new Error(t('playground.notAllowed'));
    if (name === 'NotFoundError') throw new Error(t('playground.noDevice'));
    throw error;
  }
}

/** Records what the microphone hears, from `start` to `stop`. */
export class Recording {
  /** Since when it records; `undefined`: it does not. */
  since = $state<number | undefined>();

  #recorder: MediaRecorder | undefined;

  async start(): Promise<void> {
    const stream = await opened({ audio: true });
    const type = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'].find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    this.#recorder.start();
    this.since = Date.now();
  }

  /** Ends without a file. */
  cancel(): void {
    const recorder = this.#recorder;
    [this.#recorder, this.since] = [undefined, undefined];
    if (!recorder || recorder.state === 'inactive') return;
    recorder.stop();
    for (const track of recorder.stream.getTracks()) track.stop();
  }

  stop(): Promise<File> {
    const recorder = this.#recorder;
    this.since = undefined;
    if (!recorder) return Promise.reject(new Error(t('playground.noDevice')));
    return new Promise((resolve) => {
      const pieces: Blob[] = [];
      recorder.ondataavailable = ({ data }) => pieces.push(data);
      recorder.onstop = () => {
        for (const track of recorder.stream.getTracks()) track.stop();
        const type = recorder.mimeType.replace(/;.*/, '') || 'audio/webm';
        resolve(new File(pieces, `recording.${type.replace('audio/', '')}`, { type }));
      };
      recorder.stop();
    });
  }
}

/** The camera, to be looked at before a picture is taken. */
export function camera(): Promise<MediaStream> {
  return opened({ video: { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: 'environment' } });
}

/** What a video shows now, as a picture. */
export function snapshot(video: HTMLVideoElement): Promise<File> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(new File([blob], 'photo.jpg', { type: 'image/jpeg' }));
      else reject(new Error(t('playground.noDevice')));
    }, 'image/jpeg', 0.9);
  });
}
