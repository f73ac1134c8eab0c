import { describeEndpoint } from '../support/endpoint-tests.ts';
import { languageEndpoints } from '../support/language-endpoints.ts';

for (const endpoint of languageEndpoints) describeEndpoint(endpoint);
