import Hls from 'hls.js';
import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import ReactPlayer from 'react-player';
import { createTokenSource, secureTokenConfig } from 'secure-token-hlsjs';

const source = createTokenSource('/token');
// for all players, before the first one: config.hls may come too late for hls.js
Hls.DefaultConfig = { ...Hls.DefaultConfig, ...secureTokenConfig(source) };

function Player({ src }: { src: string }) {
  const [isDenied, setIsDenied] = useState(false);
  const time = useRef(0);
  useEffect(() => {
    const onDenied = () => setIsDenied(true); // onError of ReactPlayer does not say it
    source.addEventListener('tokendenied', onDenied);
    return () => source.removeEventListener('tokendenied', onDenied);
  }, []);
  if (isDenied) return <button onClick={() => void source.renew().then(() => setIsDenied(false))}>Logged in</button>;
  return (
    <ReactPlayer
      src={src}
      muted
      controls
      onLoadedMetadata={({ currentTarget }) => {
        currentTarget.currentTime = time.current;
      }}
      onTimeUpdate={({ currentTarget }) => {
        time.current = currentTarget.currentTime;
      }}
    />
  );
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Player src="https://cdn.example.com/vod/7/master.m3u8" />
  </StrictMode>,
);
