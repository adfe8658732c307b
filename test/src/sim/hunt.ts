export async function huntAll(_: unknown): Promise<Record<string, { found: boolean; seeds: number; firstSeed: number | null }>> {
  return {};
}
