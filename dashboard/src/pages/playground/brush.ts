// A mask that is painted over a picture: transparent where the picture is to be changed.

export class Brush {
  /** What was painted: opaque strokes on nothing. */
  readonly strokes: HTMLCanvasElement;
  #last: [number, number] | undefined;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.strokes = document.createElement('canvas');
    [this.strokes.width, this.strokes.height] = [width, height];
  }

  get #context(): CanvasRenderingContext2D {
    const context = this.strokes.getContext('2d');
    if (!context) throw new Error('no canvas');
    return context;
  }

  /** A stroke to a point of the picture; `size` is its width in pixels of the picture. */
  to(x: number, y: number, size: number, erases: boolean): void {
    const context = this.#context;
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
    this.#context.clearRect(0, 0, this.width, this.height);
  }

  /** All but what was painted. */
  invert(): void {
    const context = this.#context;
    context.globalCompositeOperation = 'source-out';
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.width, this.height);
  }

  get isEmpty(): boolean {
    const { data } = this.#context.getImageData(0, 0, this.width, this.height);
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
    context.drawImage(this.strokes, 0, 0);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(new File([blob], 'mask.png', { type: 'image/png' })) : reject(new Error('no mask'))), 'image/png');
    });
  }
}
