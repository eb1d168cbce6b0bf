// Whoever waits for the models is told the place in line and about how long it takes. Gradio writes both into the
// hidden part #line, as "queue: 3/9 | 4.1/12.5s" (seconds gone, seconds in all); here they become a sentence.

(() => {
  const QUEUED = /queue:\s*(\d+)\/(\d+)(?:\s*\|\s*([\d.]+)(?:\/([\d.]+))?s)?/;
  const PATIENCE = 600; // milliseconds: whose turn comes sooner has not waited
  let since = 0;
  const shown = document.createElement("p");
  shown.id = "fb-line";
  shown.setAttribute("role", "status");

  const about = (seconds) => {
    if (seconds >= 90) return `about ${Math.round(seconds / 60)} minutes`;
    if (seconds >= 10) return `about ${Math.round(seconds / 5) * 5} seconds`;
    return "some seconds";
  };

  const sentence = ([, rank, of, gone, all]) => {
    const ahead = rank === "1" ? "You are next in line" : `You are number ${rank} of ${of} in line`;
    const left = all ? Number(all) - Number(gone) : NaN;
    return left > 0 ? `${ahead}. Your answer will be there in ${about(left)}.` : `${ahead}.`;
  };

  const look = () => {
    const said = document.querySelector("#line")?.textContent.match(QUEUED);
    since = said ? since || Date.now() : 0;
    const words = said && Date.now() - since >= PATIENCE ? sentence(said) : "";
    if (!shown.isConnected) document.body.append(shown);
    if (words !== shown.textContent) shown.textContent = words;
  };

  setInterval(look, 300);
})();
