import { describeReturn } from './audience-return.ts';

describeReturn(700);
