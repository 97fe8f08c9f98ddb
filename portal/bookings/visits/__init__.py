"""Who comes, who goes, who stays away: at the front desk, and by itself."""
