import { describeReturn } from './audience-return.ts';

describeReturn(10_000);
