#!/usr/bin/env bash
# Makes the media next to this script: a clock that counts to 20 with a soft note a second, drawn by ffmpeg (no rights
# to clear), in every HLS and DASH form the plugins must survive. The output is committed: tests and examples need no ffmpeg.
# One ffmpeg version makes the same bytes every time. Needs ffmpeg and openssl. Usage: make-media.sh [OUT]
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")}")
mkdir -p "$out"
seconds=20 segment=2 rate=10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ff() { ffmpeg -nostdin -v error -y "$@"; }
exact=(-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1)
# No B-frames: with them video starts after audio in TS and hls.js reports a hole at the first frame.
h264=(-c:v libx264 -preset veryslow -threads 1 -profile:v main -bf 0 -sc_threshold 0)
every() { echo -g "$1" -keyint_min "$1"; }

# 1. Picture and sound, encoded once. Everything below is cut from these files without encoding again.
picture="
  color=black:size=640x360:rate=$rate:duration=0.01,format=gbrp,
    geq=r='14+70*(X/W)*(1-Y/H)+20*Y/H':g='20+30*(1-X/W)*(Y/H)+14*X/W':b='52+110*(X/W)*(1-Y/H)+60*(Y/H)',
    loop=loop=-1:size=1,trim=duration=$seconds[back];
  testsrc=size=320x180:rate=$rate:duration=$seconds,crop=64:52:224:64,
    drawbox=w=32:h=52:color=black:t=fill:enable='lt(t,10)',scale=256:208:flags=neighbor,pad=640:360:192:68:black,format=gbrp[digits];
  color=0x7dd3fc:size=640x6:rate=$rate:duration=$seconds[line];
  color=white:size=16x16:rate=$rate:duration=$seconds[dot];
  [back][digits]blend=all_mode=screen,format=yuv420p[clock];
  [clock][line]overlay=x='-W+W*t/$seconds':y=325[bar];
  [bar][dot]overlay=x='W*t/$seconds-8':y=320"
note="0.3*pow(sin(PI*mod(t,1)),2)*sin(2*PI*220*(1+0.25*mod(floor(t),4))*t)"
hi="$work/hi.mp4" lo="$work/lo.mp4" parts="$work/parts.mp4" thirds="$work/thirds.mp4" sound="$work/sound.mp4"
gop=$(every $((segment * rate)))
ff -filter_complex "$picture" "${exact[@]}" "${h264[@]}" $gop -crf 32 "$hi"
ff -filter_complex "$picture,scale=320:180" "${exact[@]}" "${h264[@]}" $gop -crf 35 "$lo"
ff -filter_complex "$picture,scale=320:180" "${exact[@]}" "${h264[@]}" $(every $((rate / 2))) -crf 36 "$parts"
# nine pictures a second can be cut into thirds of it
ff -filter_complex "$picture,scale=320:180,fps=9" "${exact[@]}" "${h264[@]}" $(every 3) -crf 38 "$thirds"
# 20 s are 625 AAC frames at 32 kHz. The encoder puts one in front, so one less is made: no tail segment of 21 ms.
ff -f lavfi -i "aevalsrc='$note':s=32000:d=$seconds:c=mono,atrim=end_sample=$((624 * 1024))" "${exact[@]}" \
  -c:a aac -b:a 6k "$sound"

# The sound is read without its edit list: its first frame then is at 0, exactly where the picture begins.
hls() { # hls INPUT... -- OPTION... PLAYLIST
  local inputs=()
  while [ "$1" != -- ]; do inputs+=(-ignore_editlist 1 -i "$1"); shift; done; shift
  ff "${inputs[@]}" "${exact[@]}" -c copy -f hls -hls_time $segment -hls_playlist_type vod \
    -hls_flags independent_segments "$@"
}
fresh() { rm -rf "${out:?}/$1"; mkdir -p "$out/$1"; }

# 2. One progressive MP4.
ff -i "$hi" -ignore_editlist 1 -i "$sound" "${exact[@]}" -c copy -movflags +faststart "$out/v.mp4"

# 3. TS: two renditions, sound inside.
fresh ts
tables_once='pat_period=2:sdt_period=2' # ffmpeg repeats them ten times a second, more bytes than this picture needs
hls "$lo" "$hi" "$sound" -- -hls_segment_options "$tables_once" \
  -map 0:v -map 2:a -map 1:v -map 2:a \
  -hls_segment_filename "$out/ts/%v/s%03d.ts" -master_pl_name master.m3u8 \
  -var_stream_map 'v:0,a:0,name:lo v:1,a:1,name:hi' "$out/ts/%v/i.m3u8"

# 4. fMP4: two renditions, sound as a group of its own, subtitles in segments of the same length.
fresh fmp4
hls "$lo" "$hi" "$sound" -- -map 0:v -map 1:v -map 2:a -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 \
  -hls_segment_filename "$out/fmp4/%v/s%03d.m4s" -master_pl_name master.m3u8 \
  -var_stream_map 'v:0,agroup:aud,name:lo v:1,agroup:aud,name:hi a:0,agroup:aud,default:yes,language:en,name:en' \
  "$out/fmp4/%v/i.m3u8"
mkdir "$out/fmp4/sub"
clock() { printf '00:00:%02d.%03d' $(($1 / 1000)) $(($1 % 1000)); }
{
  printf '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-PLAYLIST-TYPE:VOD\n' $segment
  for ((from = 0, i = 0; from < seconds; from += segment, i++)); do
    name=$(printf 's%03d.vtt' $i)
    printf '#EXTINF:%d.000000,\n%s\n' $segment "$name"
    printf 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n%s --> %s\nSubtitle %d of %d\n' \
      "$(clock $((from * 1000 + 200)))" "$(clock $(((from + segment) * 1000 - 200)))" \
      $((i + 1)) $((seconds / segment)) > "$out/fmp4/sub/$name"
  done
  printf '#EXT-X-ENDLIST\n'
} > "$out/fmp4/sub/i.m3u8"
# ffmpeg knows nothing of these subtitles, so their lines are added to its multivariant playlist.
subtitles='#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="sub",NAME="English",LANGUAGE="en",'
subtitles+='DEFAULT=YES,AUTOSELECT=YES,URI="sub/i.m3u8"'
sed -i -e "0,/^#EXT-X-VERSION:.*/s||&\n$subtitles|" -e '/^#EXT-X-STREAM-INF/s/$/,SUBTITLES="sub"/' \
  -e 's/NAME="audio_2"/NAME="English"/' "$out/fmp4/master.m3u8"

# 5. AES-128 over the small TS rendition, a new key every four segments.
fresh aes
number=0
while IFS= read -r line; do
  iv=$(printf '%032x' $number) key=$((number / 4))
  case $line in
    '#EXTINF'*)
      printf 'test key no. %3d' $key > "$out/aes/k$key.bin"
      printf '#EXT-X-KEY:METHOD=AES-128,URI="k%d.bin",IV=0x%s\n' $key "$iv"
      ;;
    *.ts)
      openssl enc -aes-128-cbc -K "$(od -An -v -tx1 "$out/aes/k$key.bin" | tr -d ' \n')" -iv "$iv" \
        -in "$out/ts/lo/$line" -out "$out/aes/$line"
      number=$((number + 1))
      ;;
  esac
  echo "$line"
done < "$out/ts/lo/i.m3u8" > "$out/aes/i.m3u8"

# 6. Byte ranges: one file, the init segment a range of it.
fresh range
hls "$lo" "$sound" -- -hls_segment_type fmp4 -hls_flags independent_segments+single_file \
  -hls_segment_filename "$out/range/all.m4s" "$out/range/i.m3u8"

# 7. Low latency: one fragment (moof + mdat) each half or third of a second, cut by the low-latency origin.
fresh ll
fragments() { # fragments PICTURE MICROSECONDS MP4
  ff -i "$1" -ignore_editlist 1 -i "$sound" "${exact[@]}" -c copy -frag_duration "$2" \
    -movflags +frag_keyframe+empty_moov+default_base_moof "$3"
}
fragments "$parts" 500000 "$out/ll/frag.mp4"
fragments "$thirds" 333333 "$out/ll/thirds.mp4"

# 8. DASH: numbered segments from a template, with a clock of its own; and one file a rendition, its index a sidx box.
fresh dash
dash() { # dash OPTION... MPD
  ff -ignore_editlist 1 -i "$lo" -ignore_editlist 1 -i "$hi" -ignore_editlist 1 -i "$sound" "${exact[@]}" \
    -map 0:v -map 1:v -map 2:a -c copy -f dash -seg_duration $segment -adaptation_sets 'id=0,streams=v id=1,streams=a' "$@"
}
dash -use_template 1 -use_timeline 0 -init_seg_name 'init-$RepresentationID$.m4s' \
  -media_seg_name 's-$RepresentationID$-$Number$.m4s' "$out/dash/template.mpd"
clock_at='<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-head:2014" value="template.mpd"/>'
sed -i "s|^</MPD>|\t$clock_at\n&|" "$out/dash/template.mpd"
at() { grep -abo "$1" "$2" | head -n 1 | cut -d: -f1; } # where a box begins, plus 4
for name in lo hi sound; do
  ff -ignore_editlist 1 -i "${!name}" "${exact[@]}" -c copy -frag_duration $((segment * 1000000)) \
    -movflags +empty_moov+default_base_moof+frag_keyframe+dash+global_sidx "$out/dash/$name.mp4"
done
representation() { # representation FILE ATTRIBUTE...
  local file="$out/dash/$1" index first
  index=$(($(at sidx "$file") - 4)) first=$(($(at moof "$file") - 4))
  printf '      <Representation id="%s" %s>\n        <BaseURL>%s</BaseURL>\n' "${1%.mp4}" "$2" "$1"
  printf '        <SegmentBase indexRange="%d-%d"><Initialization range="0-%d"/></SegmentBase>\n' \
    $index $((first - 1)) $((index - 1))
  printf '      </Representation>\n'
}
{
  printf '<?xml version="1.0" encoding="utf-8"?>\n'
  printf '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static" '
  printf 'mediaPresentationDuration="PT%dS" minBufferTime="PT2S">\n  <Period>\n' $seconds
  printf '    <AdaptationSet contentType="video" mimeType="video/mp4" subsegmentAlignment="true">\n'
  representation lo.mp4 'codecs="avc1.4d4015" bandwidth="8000" width="320" height="180"'
  representation hi.mp4 'codecs="avc1.4d401f" bandwidth="13000" width="640" height="360"'
  printf '    </AdaptationSet>\n    <AdaptationSet contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true">\n'
  representation sound.mp4 'codecs="mp4a.40.2" bandwidth="6000" audioSamplingRate="32000"'
  printf '    </AdaptationSet>\n  </Period>\n</MPD>\n'
} > "$out/dash/index.mpd"
# 9. Subtitles beside the media, for <track>.
{
  printf 'WEBVTT\n'
  for ((from = 0; from < seconds * 1000; from += segment * 1000)); do
    printf '\n%s --> %s\nAt %d s\n' "$(clock $((from + 200)))" "$(clock $((from + segment * 1000 - 200)))" $((from / 1000))
  done
} > "$out/v.vtt"
