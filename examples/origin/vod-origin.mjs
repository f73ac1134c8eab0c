import { bytesResponse } from './bytes-response.mjs';
import { fileContent } from './file-content.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';

/**
 * An origin of static files: media types, byte ranges, validators.
 * @param {object} options
 * @param {string} options.root folder of the files
 * @param {string} [options.base] URL path of that folder; begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createVodOrigin({ root, base = '/' }) {
  return onlyReads(async (request) => {
    const path = relativePath(request, base);
    const content = path ? await fileContent(root, path) : undefined;
    return content ? bytesResponse(request, content) : emptyResponse(404);
  });
}
