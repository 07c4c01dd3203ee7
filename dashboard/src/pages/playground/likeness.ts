// How near vectors lie to each other.

export function cosine(one: number[], other: number[]): number {
  let [product, a, b] = [0, 0, 0];
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const [x, y] = [one[index]!, other[index]!];
    product += x * y;
    a += x * x;
    b += y * y;
  }
  return a > 0 && b > 0 ? product / Math.sqrt(a * b) : 0;
}
