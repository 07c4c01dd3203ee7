// A mask that is painted over a picture: transparent where the picture is to be changed.

/** Strokes are kept no finer than a screen shows them: pictures of cameras are painted on without a delay. */
const MOST = 1600;

export class Brush {
  /** What was painted: opaque strokes on nothing, smaller than the picture where that is large. */
  readonly strokes: HTMLCanvasElement;
  readonly #scale: number;
  #last: [number, number] | undefined;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.strokes = document.createElement('canvas');
    this.#scale = Math.min(1, MOST / Math.max(width, height));
    const side = (length: number): number => Math.max(1, Math.round(length * this.#scale));
    [this.strokes.width, this.strokes.height] = [side(width), side(height)];
  }

  get #context(): CanvasRenderingContext2D {
    const context = this.strokes.getContext('2d');
    if (!context) throw new Error('no canvas');
    return context;
  }

  /** A stroke to a point of the picture; `width` is its width in pixels of the picture. */
  to(left: number, top: number, width: number, erases: boolean): void {
    const context = this.#context;
    const [x, y, size] = [left * this.#scale, top * this.#scale, width * this.#scale];
    context.globalCompositeOperation = erases ? 'destination-out' : 'source-over';
    [context.lineWidth, context.lineCap, context.lineJoin] = [size, 'round', 'round'];
    [context.strokeStyle, context.fillStyle] = ['#000', '#000'];
    context.beginPath();
    if (this.#last) {
      context.moveTo(...this.#last);
      context.lineTo(x, y);
      context.stroke();
    } else {
      context.arc(x, y, size / 2, 0, 2 * Math.PI);
      context.fill();
    }
    this.#last = [x, y];
  }

  lift(): void {
    this.#last = undefined;
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.strokes.width, this.strokes.height);
  }

  /** All but what was painted. */
  invert(): void {
    const context = this.#context;
    context.globalCompositeOperation = 'source-out';
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.strokes.width, this.strokes.height);
  }

  get isEmpty(): boolean {
    const { data } = this.#context.getImageData(0, 0, this.strokes.width, this.strokes.height);
    for (let at = 3; at < data.length; at += 4) if (data[at]! > 0) return false;
    return true;
  }

  /** The mask as the server takes it: as large as the picture, transparent where it was painted. */
  file(): Promise<File> {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [this.width, this.height];
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, this.width, this.height);
    context.globalCompositeOperation = 'destination-out';
    context.drawImage(this.strokes, 0, 0, this.width, this.height);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(new File([blob], 'mask.png', { type: 'image/png' })) : reject(new Error('no mask'))), 'image/png');
    });
  }
}
