"""What shoppers' and runners' phones call: /api/v1/orders/. Of somebody who is logged in, by session and CSRF token."""
