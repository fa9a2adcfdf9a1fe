import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { composeBody, type Draft, type RolloutBody } from "./draft.ts";
import { previewQuery, type RolloutPreview } from "./start-queries.ts";

/** A person who types is not answered letter by letter. */
const PREVIEW_PAUSE_MS = 300;

type Place = { readonly environment: string; readonly flag: string; readonly candidate: string };

/** What would happen to what is typed; while it cannot be sent, or is on its way, what was known before. */
export function usePreview(draft: Draft, place: Place) {
  const [found, setFound] = useState<RolloutPreview["found"]>([]);
  const composed = composeBody(draft, place, found);
  const last = useRef<RolloutBody | null>(null);
  // The reason changes nothing of what would happen.
  if (composed.ok) last.current = { ...composed.body, reason: "-" };
  const isOfPlace = last.current?.flag === place.flag && last.current.environment === place.environment;
  const text = JSON.stringify(isOfPlace ? last.current : null);
  const [settled] = useDebouncedValue(text, PREVIEW_PAUSE_MS);
  const body = settled === text && isOfPlace ? last.current : null;
  const known = useQuery({ ...previewQuery(body), placeholderData: keepPreviousData });
  const isSame = known.data?.flag === place.flag && known.data.environment === place.environment;
  const preview = isSame ? known.data : undefined;
  const lastPlanned = useRef<RolloutPreview>(undefined);
  if (preview?.plan) lastPlanned.current = preview;
  const isPlannedHere =
    lastPlanned.current?.flag === place.flag && lastPlanned.current.environment === place.environment;
  const arriving = preview?.found;
  useEffect(() => {
    if (arriving) setFound(arriving);
  }, [arriving]);
  return {
    composed,
    found,
    preview,
    /** With a plan to look at, if need be from before something was typed that cannot be. */
    shown: isPlannedHere ? lastPlanned.current : undefined,
    isOld: preview !== undefined && (settled !== text || known.isPlaceholderData || !composed.ok),
    error: known.isError && !known.isPlaceholderData ? known.error.message : undefined,
  };
}
