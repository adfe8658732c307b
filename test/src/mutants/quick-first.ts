/** Quick first: a mutant that a test of one rule kills in milliseconds need not wait for a day in five shops. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** How long each file took when all of it ran, before there was any mutant: one that a mutant ends early is no quick one. */
const firstTook = new Map<string, number>();
let sorts = 0;

export class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    sorts += 1;
    if (sorts > 1) this.#noteTimes(files);
    const took = ({ moduleId }: TestSpecification) => firstTook.get(moduleId) ?? Number.POSITIVE_INFINITY;
    return [...files].sort((a, b) => took(a) - took(b));
  }

  /** Asked for the first time after the run of all, a file has no other time than that of all of it. */
  #noteTimes(files: readonly TestSpecification[]): void {
    for (const { project, moduleId } of files) {
      const key = `${project.name}:${relative(this.ctx.config.root, moduleId)}`;
      const took = this.ctx.cache.getFileTestResults(key)?.duration;
      if (took !== undefined && !firstTook.has(moduleId)) firstTook.set(moduleId, took);
    }
  }
}
