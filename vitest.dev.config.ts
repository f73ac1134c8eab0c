import { defineConfig } from 'vitest/config';
export default defineConfig({ root: '/work/h/conform', test: { include: ['test/dist/**/*.test.ts'], testTimeout: 60000, hookTimeout: 120000, tags: (await import('/work/h/conform/test/support/programs.ts')).programTags() } });
