/** CPU time of this process since `before`, ms: what others do on the machine is not in it, the garbage collector is. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
