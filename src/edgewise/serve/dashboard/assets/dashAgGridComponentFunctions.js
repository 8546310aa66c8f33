// How cells of the screener look.
(function () {
  "use strict";
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  components.StockLink = function (props) {
    const href = "/stock/" + encodeURIComponent(props.value);
    return React.createElement("a", { href: href, className: "ticker" }, props.value);
  };
  components.RatingChip = function (props) {
    const kind = String(props.value).toLowerCase().replace(/ /g, "-");
    return React.createElement("span", { className: "rating " + kind }, props.value);
  };
})();
