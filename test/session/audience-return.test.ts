import { describeReturn } from './audience-return.ts';

describeReturn(2000);
