interface MediaNginxConfigOptions {
  port: number;
  secret: string;
  /** Folder that is served: every file in it needs a token of its own. */
  root: string;
  /** Number of the configuration in force, told under `/generation`. */
  generation: number;
}

/**
 * Static files, each of which needs a token, but for those below `/open/`. Below `/hidden/` a page cannot read which
 * part of a file it got, below `/none/` there is no CORS.
 */
export const mediaNginxConfig = ({ port, secret, root, generation }: MediaNginxConfigOptions): string => `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  types { video/mp4 mp4; application/vnd.apple.mpegurl m3u8; video/mp2t ts; text/vtt vtt;
    application/dash+xml mpd; }
  log_format counted '$status $request_method $uri';
  access_log access.log counted;
  client_body_temp_path tmp/a; proxy_temp_path tmp/b;
  fastcgi_temp_path tmp/c; uwsgi_temp_path tmp/d; scgi_temp_path tmp/e;
  keepalive_requests 10000;
  map $uri $allowed_origin { default "*"; ~^/none/ ""; }
  map $uri $exposed_headers { default "Content-Range, Content-Length, Accept-Ranges, ETag"; ~^/(hidden|none)/ ""; }
  server {
    listen 127.0.0.1:${port};
    root ${root};
    add_header Access-Control-Allow-Origin $allowed_origin always;
    add_header Access-Control-Allow-Headers "Range" always;
    add_header Access-Control-Expose-Headers $exposed_headers always;
    location = /generation { return 200 "${generation}"; }
    location /open/ { }
    location / {
      if ($request_method = OPTIONS) { return 204; }
      secure_link $arg_st,$arg_e;
      secure_link_md5 "${secret}$uri$secure_link_expires";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return 410; }
    }
  }
}
`;
