import { setFlagsFromString } from "node:v8";

/**
 * V8 lets the heap grow to about four times what is alive before it collects the old part of it: cheap where memory is free,
 * and what a server's resident memory then mostly is. From now on it collects at twice: with 200 rollouts under 10,000 spans/s
 * 310 MB instead of 410, at no more CPU time (bench/soak).
 */
export function boundHeapGrowth(): void {
  setFlagsFromString("--heap-growing-percent=100");
}
