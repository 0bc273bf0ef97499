/* Parcels at the outer line: the server's list of those that wait, and this phone's own steps since. */

export function parcelsWith(known, rows) {
  const waiting = new Map(known.map((parcel) => [parcel.id, { ...parcel }]));
  for (const { what, state, body } of rows) {
    if (what !== "parcel" || state === "done") continue;
    const parcel = waiting.get(body.id);
    if (body.action === "drop") {
      const { id, building = null, room = null, count = 1, gate, at } = body;
      waiting.set(id, parcel ?? { id, gate, building: building ?? room?.split("-")[0] ?? null, room, count, dropped_at: at, disinfected_at: null });
    } else if (body.action === "disinfect" && parcel) {
      parcel.disinfected_at = body.at;
    } else if (parcel) {
      waiting.delete(body.id);
    }
  }
  return [...waiting.values()].sort((a, b) => Date.parse(a.dropped_at) - Date.parse(b.dropped_at));
}
