/** Quick first: a mutant that some test of a rule kills in milliseconds need not wait for a day in five shops. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** How long each file took when all of it ran, before there was any mutant; a file that a mutant ends early is no quick one. */
const firstTook = new Map<string, number>();

export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const longestFirst = await super.sort(files);
    for (const { project, moduleId } of files) {
      const key = `${project.name}:${moduleId.slice(this.ctx.config.root.length + 1)}`;
      const took = this.ctx.cache.getFileTestResults(key)?.duration;
      if (took !== undefined && !firstTook.has(moduleId)) firstTook.set(moduleId, took);
    }
    const took = ({ moduleId }: TestSpecification) => firstTook.get(moduleId) ?? 0;
    return longestFirst.reverse().sort((a, b) => took(a) - took(b));
  }
}
